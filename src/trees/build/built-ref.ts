/** The ref that a build's result is under, in its repository. */
export const builtRef = 'ostree-guests/built';
