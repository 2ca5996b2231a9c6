/** The ref of a build's result, in the repository of the build. */
export const builtRef = 'ostree-guests/built';
