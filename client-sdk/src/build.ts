/** What the SDK calls itself in its `open` events; the version is this package's. */
export const SDK_BUILD = 'zhenxue-js/0.1.0';
