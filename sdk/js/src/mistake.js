/**
 * A mistake of the plugin's author: the message says what to write instead. It shows while the module is loaded, never
 * in a host.
 */
export class Mistake extends TypeError {}
