export { differences } from './agreement.ts';
export { performStep } from './performStep.ts';
export { World } from './world.ts';
