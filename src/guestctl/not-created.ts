import { Failure } from '../host/failure.ts';

export const notCreated = (guest: string): Failure =>
  new Failure(`${guest} is declared, but has not been created yet`, `Create it: guestctl update ${guest}`);
