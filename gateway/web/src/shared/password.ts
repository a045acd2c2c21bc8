/** The shortest password that the hub takes. */
export const SHORTEST = 10;
