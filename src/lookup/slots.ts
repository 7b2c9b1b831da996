export { Slots } from '../runtime/slots.js';
