import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { autonomySearch } from "../autonomy/search";
import { botSearch } from "../bot/search";
import { BotsPage } from "../bots/BotsPage";
import { botsSearch } from "../bots/search";
import { healthSearch } from "../health/useDrawer";
import { jobsSearch } from "../jobs/search";
import { proofSearch } from "../proof/search";
import { Shell } from "../shell/Shell";
import { NoSuchPage } from "./NoSuchPage";

const root = createRootRoute({
  validateSearch: healthSearch,
  component: Shell,
  notFoundComponent: NoSuchPage,
});

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: ({ search }) => {
    throw redirect({ to: "/bots", search, replace: true });
  },
});

const bots = createRoute({
  getParentRoute: () => root,
  path: "/bots",
  validateSearch: botsSearch,
  component: BotsPage,
});

const bot = createRoute({
  getParentRoute: () => root,
  path: "/bots/$botId",
  validateSearch: botSearch,
  component: lazyRouteComponent(() => import("../bot/BotPage"), "BotPage"),
});

const autonomy = createRoute({
  getParentRoute: () => root,
  path: "/autonomy",
  validateSearch: autonomySearch,
  component: lazyRouteComponent(() => import("../autonomy/AutonomyPage"), "AutonomyPage"),
});

const jobs = createRoute({
  getParentRoute: () => root,
  path: "/jobs",
  validateSearch: jobsSearch,
  component: lazyRouteComponent(() => import("../jobs/JobsPage"), "JobsPage"),
});

const proof = createRoute({
  getParentRoute: () => root,
  path: "/proof",
  validateSearch: proofSearch,
  component: lazyRouteComponent(() => import("../proof/ProofPage"), "ProofPage"),
});

/** Every page of the console. */
export const router = createRouter({
  routeTree: root.addChildren([home, bots, bot, autonomy, jobs, proof]),
  defaultPreload: "intent",
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
