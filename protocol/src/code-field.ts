/** Units of the field in which a popup's code is drawn. Apart from the limits, so that a browser loads it with its drawing only. */
export const CODE_WIDTH = 240;
export const CODE_HEIGHT = 80;
