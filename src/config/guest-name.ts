/** Hostname, machine, stateroot and unit instance must all accept it. Builds and mirrors are named by the same rule. */
export const guestName = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** The same for people: "A name is …". */
export const guestNameRule = '1 to 63 of a-z, 0-9 and -';
