/** The pages there are, in the order of the rail, each with its key after `g`. */
export const pages = [
  { to: "/bots", title: "Bots", key: "b" },
  { to: "/autonomy", title: "Autonomy", key: "a" },
  { to: "/jobs", title: "Jobs", key: "j" },
  { to: "/proof", title: "Proof", key: "p" },
] as const;
