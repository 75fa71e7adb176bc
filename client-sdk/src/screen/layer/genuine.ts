/** Taken before a page that comes later can change it. */
const typeOf = Object.getOwnPropertyDescriptor(Event.prototype, 'type')?.get;

/** Whether an event comes from a person's device: not dispatched by a script, and no Proxy around one that is trusted. */
export function isGenuine(event: Event): boolean {
  try {
    // The accessor refuses anything that is no event, and a Proxy is none.
    return event.isTrusted && typeOf?.call(event) === event.type;
  } catch {
    return false;
  }
}
