/** The key of [Guest] that declares an origin of each kind; a guest has exactly one of them. */
export const originKeys = { ostree: 'Ref', oci: 'Image', build: 'Build' } as const;

export const originKeyNames: readonly string[] = Object.values(originKeys);

/** Those of origins that are not refs of OSTree remotes. */
export const otherOriginKeyNames: readonly string[] = originKeyNames.filter(
  (key) => key !== originKeys.ostree,
);
