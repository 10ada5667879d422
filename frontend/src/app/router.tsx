/** The routes of the screens. A new screen is a route below `desk`, with its page loaded when it is first opened. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { ApiError } from "@/api/errors";
import { currentSession, onSessionChange, resumeSession } from "@/api/session";
import { parseBoardSearch } from "@/board/search";
import { parseCustomersSearch, parseMergeSearch, parseNewCustomerSearch } from "@/customers/search";
import { CrashPage, NotFoundPage, StartPage } from "@/shell/fallbacks";
import { isOwnPath } from "./ownPath";

/** Load a page; without the network that is what is said. The router itself would reload, and lose the page before. */
const page =
  <Page,>(load: () => Promise<Page>) =>
  () =>
    load().catch(() => {
      throw new ApiError("NETWORK", 0);
    });

const root = createRootRoute({
  component: Outlet,
  notFoundComponent: NotFoundPage,
  errorComponent: CrashPage,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/desk/sign-in",
  // Undefined, and not left out: the router adds what a validator leaves out.
  validateSearch: (search: Record<string, unknown>): { next?: string | undefined } => ({
    next: isOwnPath(search.next) ? search.next : undefined,
  }),
  beforeLoad: async ({ search }) => {
    await resumeSession();
    if (currentSession().status === "signed-in")
      throw redirect({ to: search.next ?? "/desk/board", replace: true });
  },
  component: lazyRouteComponent(
    page(() => import("@/sign-in/SignInPage")),
    "SignInPage",
  ),
});

const desk = createRoute({
  getParentRoute: () => root,
  path: "/desk",
  beforeLoad: async ({ location }) => {
    await resumeSession();
    if (currentSession().status !== "signed-in") {
      throw redirect({ to: "/desk/sign-in", search: { next: location.href }, replace: true });
    }
  },
  component: lazyRouteComponent(
    page(() => import("@/shell/Shell")),
    "Shell",
  ),
});

const deskIndex = createRoute({
  getParentRoute: () => desk,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/desk/board", replace: true });
  },
});

const board = createRoute({
  getParentRoute: () => desk,
  path: "/board",
  validateSearch: parseBoardSearch,
  component: lazyRouteComponent(
    page(() => import("@/board/BoardPage")),
    "BoardPage",
  ),
});

const customers = createRoute({
  getParentRoute: () => desk,
  path: "/customers",
  validateSearch: parseCustomersSearch,
  component: lazyRouteComponent(
    page(() => import("@/customers/CustomersPage")),
    "CustomersPage",
  ),
});

const newCustomer = createRoute({
  getParentRoute: () => desk,
  path: "/customers/new",
  validateSearch: parseNewCustomerSearch,
  component: lazyRouteComponent(
    page(() => import("@/customers/NewCustomerPage")),
    "NewCustomerPage",
  ),
});

const importCustomers = createRoute({
  getParentRoute: () => desk,
  path: "/customers/import",
  component: lazyRouteComponent(
    page(() => import("@/customers/ImportPage")),
    "ImportPage",
  ),
});

const customer = createRoute({
  getParentRoute: () => desk,
  path: "/customers/$customerId",
  component: lazyRouteComponent(
    page(() => import("@/customers/CustomerPage")),
    "CustomerPage",
  ),
});

const mergeCustomers = createRoute({
  getParentRoute: () => desk,
  path: "/customers/$customerId/merge",
  validateSearch: parseMergeSearch,
  component: lazyRouteComponent(
    page(() => import("@/customers/MergePage")),
    "MergePage",
  ),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    desk.addChildren([deskIndex, board, customers, newCustomer, importCustomers, customer, mergeCustomers]),
  ]),
  defaultPreload: "intent",
  defaultPendingComponent: StartPage,
  defaultPendingMs: 300,
  defaultErrorComponent: CrashPage,
  scrollRestoration: true,
});

// Who is signed out, here or in another tab, is led to the sign-in page at once.
onSessionChange(() => void router.invalidate());

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
