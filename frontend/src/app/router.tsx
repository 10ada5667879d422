/** The routes of the screens. A new screen is a route below `desk`, below `me` for a therapist's phone, or below `setup` for an
    owner, with its page loaded when it is first opened. */
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
import { preloadBoard } from "@/board/boardQuery";
import { parseBoardSearch } from "@/board/search";
import {
  parseCustomerSearch,
  parseCustomersSearch,
  parseMergeSearch,
  parseNewCustomerSearch,
} from "@/customers/search";
import { addTexts } from "@/i18n";
import { parseDaySearch } from "@/me/search";
import { parseEarningsSearch, parseReportsSearch, parseStatementSearch } from "@/reports/search";
import {
  parseAuditSearch,
  parseBranchesSearch,
  parseCommissionsSearch,
  parseCoursesSearch,
  parseGuideSearch,
  parseOverviewSearch,
  parsePeopleSearch,
  parseProductsSearch,
  parseRoomsSearch,
  parseRostersSearch,
  parseTaxesSearch,
  parseTreatmentSearch,
  parseTreatmentsSearch,
  parseUsersSearch,
} from "@/setup/search";
import { CrashPage, NotFoundPage, StartPage } from "@/shell/fallbacks";
import { parseBillsSearch, parseTransfersSearch } from "@/till/search";
import { homeOf } from "./home";
import { isOwnPath } from "./ownPath";

const failWithoutNetwork = () => {
  throw new ApiError("NETWORK", 0);
};

/** Load a page; without the network that is what is said. The router itself would reload, and lose the page before. */
const page =
  <Page,>(load: () => Promise<Page>) =>
  () =>
    load().catch(failWithoutNetwork);
const needTexts: typeof addTexts = (...parts) => addTexts(...parts).catch(failWithoutNetwork);

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
      throw redirect({ to: search.next ?? "/desk", replace: true });
  },
  component: lazyRouteComponent(
    page(() => import("@/sign-in/SignInPage")),
    "SignInPage",
  ),
});

/** Load the texts that the pages of links in mails share with the owner's screens, and find out who is signed in. */
const openLink = async () => {
  await Promise.all([resumeSession(), addTexts("setup")]);
};

const join = createRoute({
  getParentRoute: () => root,
  path: "/desk/join",
  beforeLoad: openLink,
  component: lazyRouteComponent(
    page(() => import("@/sign-in/JoinPage")),
    "JoinPage",
  ),
});

const password = createRoute({
  getParentRoute: () => root,
  path: "/desk/password",
  beforeLoad: openLink,
  component: lazyRouteComponent(
    page(() => import("@/sign-in/PasswordPage")),
    "PasswordPage",
  ),
});

const requireSession = async ({ location }: { location: { href: string } }) => {
  await resumeSession();
  if (currentSession().status !== "signed-in") {
    throw redirect({ to: "/desk/sign-in", search: { next: location.href }, replace: true });
  }
};

const desk = createRoute({
  getParentRoute: () => root,
  path: "/desk",
  beforeLoad: requireSession,
  component: lazyRouteComponent(
    page(() => import("@/shell/Shell")),
    "Shell",
  ),
});

const deskIndex = createRoute({
  getParentRoute: () => desk,
  path: "/",
  beforeLoad: () => {
    const session = currentSession();
    const to = session.status === "signed-in" ? homeOf(session.user) : "/desk/board";
    throw redirect({ to, replace: true });
  },
});

const board = createRoute({
  getParentRoute: () => desk,
  path: "/board",
  validateSearch: parseBoardSearch,
  beforeLoad: ({ search }) => void preloadBoard(search),
  component: lazyRouteComponent(
    page(() => import("@/board/BoardPage")),
    "BoardPage",
  ),
});

const customers = createRoute({
  getParentRoute: () => desk,
  path: "/customers",
  beforeLoad: () => needTexts("customers"),
  validateSearch: parseCustomersSearch,
  component: lazyRouteComponent(
    page(() => import("@/customers/CustomersPage")),
    "CustomersPage",
  ),
});

const newCustomer = createRoute({
  getParentRoute: () => desk,
  path: "/customers/new",
  beforeLoad: () => needTexts("customers"),
  validateSearch: parseNewCustomerSearch,
  component: lazyRouteComponent(
    page(() => import("@/customers/NewCustomerPage")),
    "NewCustomerPage",
  ),
});

const importCustomers = createRoute({
  getParentRoute: () => desk,
  path: "/customers/import",
  beforeLoad: () => needTexts("customers"),
  component: lazyRouteComponent(
    page(() => import("@/customers/ImportPage")),
    "ImportPage",
  ),
});

const customer = createRoute({
  getParentRoute: () => desk,
  path: "/customers/$customerId",
  beforeLoad: () => needTexts("customers", "till"),
  validateSearch: parseCustomerSearch,
  component: lazyRouteComponent(
    page(() => import("@/customers/CustomerPage")),
    "CustomerPage",
  ),
});

const mergeCustomers = createRoute({
  getParentRoute: () => desk,
  path: "/customers/$customerId/merge",
  beforeLoad: () => needTexts("customers"),
  validateSearch: parseMergeSearch,
  component: lazyRouteComponent(
    page(() => import("@/customers/MergePage")),
    "MergePage",
  ),
});

const bills = createRoute({
  getParentRoute: () => desk,
  path: "/bills",
  beforeLoad: () => needTexts("till"),
  validateSearch: parseBillsSearch,
  component: lazyRouteComponent(
    page(() => import("@/till/BillsPage")),
    "BillsPage",
  ),
});

const drawer = createRoute({
  getParentRoute: () => desk,
  path: "/drawer",
  beforeLoad: () => needTexts("till"),
  component: lazyRouteComponent(
    page(() => import("@/till/DrawerPage")),
    "DrawerPage",
  ),
});

const reports = createRoute({
  getParentRoute: () => desk,
  path: "/reports",
  beforeLoad: () => needTexts("reports"),
  validateSearch: parseReportsSearch,
  component: lazyRouteComponent(
    page(() => import("@/reports/ReportsPage")),
    "ReportsPage",
  ),
});

const commissions = createRoute({
  getParentRoute: () => desk,
  path: "/reports/commissions",
  beforeLoad: () => needTexts("reports"),
  validateSearch: parseStatementSearch,
  component: lazyRouteComponent(
    page(() => import("@/reports/StatementPage")),
    "StatementPage",
  ),
});

const transfers = createRoute({
  getParentRoute: () => desk,
  path: "/transfers",
  beforeLoad: () => needTexts("till"),
  validateSearch: parseTransfersSearch,
  component: lazyRouteComponent(
    page(() => import("@/till/TransfersPage")),
    "TransfersPage",
  ),
});

const deposits = createRoute({
  getParentRoute: () => desk,
  path: "/deposits",
  beforeLoad: () => needTexts("till"),
  validateSearch: parseTransfersSearch,
  component: lazyRouteComponent(
    page(() => import("@/deposits/DepositsPage")),
    "DepositsPage",
  ),
});

const me = createRoute({
  getParentRoute: () => root,
  path: "/me",
  beforeLoad: requireSession,
  component: lazyRouteComponent(
    page(() => import("@/me/MeShell")),
    "MeShell",
  ),
});

const myDay = createRoute({
  getParentRoute: () => me,
  path: "/",
  validateSearch: parseDaySearch,
  component: lazyRouteComponent(
    page(() => import("@/me/DayPage")),
    "DayPage",
  ),
});

const myLeave = createRoute({
  getParentRoute: () => me,
  path: "/leave",
  component: lazyRouteComponent(
    page(() => import("@/me/LeavePage")),
    "LeavePage",
  ),
});

const myAccount = createRoute({
  getParentRoute: () => me,
  path: "/account",
  component: lazyRouteComponent(
    page(() => import("@/me/AccountPage")),
    "AccountPage",
  ),
});

const myEarnings = createRoute({
  getParentRoute: () => me,
  path: "/earnings",
  beforeLoad: () => needTexts("reports"),
  validateSearch: parseEarningsSearch,
  component: lazyRouteComponent(
    page(() => import("@/me/EarningsPage")),
    "EarningsPage",
  ),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  beforeLoad: async (context) => {
    await requireSession(context);
    await needTexts("customers", "setup");
  },
  component: lazyRouteComponent(
    page(() => import("@/setup/SetupShell")),
    "SetupShell",
  ),
});

const setupIndex = createRoute({
  getParentRoute: () => setup,
  path: "/",
  validateSearch: parseOverviewSearch,
  component: lazyRouteComponent(
    page(() => import("@/setup/OverviewPage")),
    "OverviewPage",
  ),
});

const guide = createRoute({
  getParentRoute: () => setup,
  path: "/start",
  validateSearch: parseGuideSearch,
  component: lazyRouteComponent(
    page(() => import("@/setup/guide/GuidePage")),
    "GuidePage",
  ),
});

const setupFile = createRoute({
  getParentRoute: () => setup,
  path: "/file",
  component: lazyRouteComponent(
    page(() => import("@/setup/FilePage")),
    "FilePage",
  ),
});

const setupBranches = createRoute({
  getParentRoute: () => setup,
  path: "/branches",
  validateSearch: parseBranchesSearch,
  component: lazyRouteComponent(
    page(() => import("@/setup/branches/BranchesPage")),
    "BranchesPage",
  ),
});

const setupRooms = createRoute({
  getParentRoute: () => setup,
  path: "/rooms",
  validateSearch: parseRoomsSearch,
  component: lazyRouteComponent(
    page(() => import("@/setup/rooms/RoomsPage")),
    "RoomsPage",
  ),
});

const setupTreatments = createRoute({
  getParentRoute: () => setup,
  path: "/treatments",
  validateSearch: parseTreatmentsSearch,
  component: lazyRouteComponent(
    page(() => import("@/setup/treatments/TreatmentsPage")),
    "TreatmentsPage",
  ),
});

const setupTreatment = createRoute({
  getParentRoute: () => setup,
  path: "/treatments/$serviceId",
  validateSearch: parseTreatmentSearch,
  component: lazyRouteComponent(
    page(() => import("@/setup/treatments/ServicePage")),
    "ServicePage",
  ),
});

const setupProducts = createRoute({
  getParentRoute: () => setup,
  path: "/products",
  validateSearch: parseProductsSearch,
  component: lazyRouteComponent(
    page(() => import("@/setup/products/ProductsPage")),
    "ProductsPage",
  ),
});

const setupCourses = createRoute({
  getParentRoute: () => setup,
  path: "/courses",
  validateSearch: parseCoursesSearch,
  component: lazyRouteComponent(
    page(() => import("@/setup/courses/CoursesPage")),
    "CoursesPage",
  ),
});

const setupTaxes = createRoute({
  getParentRoute: () => setup,
  path: "/taxes",
  validateSearch: parseTaxesSearch,
  component: lazyRouteComponent(
    page(() => import("@/setup/taxes/TaxesPage")),
    "TaxesPage",
  ),
});

const setupPeople = createRoute({
  getParentRoute: () => setup,
  path: "/people",
  validateSearch: parsePeopleSearch,
  component: lazyRouteComponent(
    page(() => import("@/setup/people/PeoplePage")),
    "PeoplePage",
  ),
});

const setupCommissions = createRoute({
  getParentRoute: () => setup,
  path: "/commissions",
  validateSearch: parseCommissionsSearch,
  component: lazyRouteComponent(
    page(() => import("@/setup/commissions/CommissionsPage")),
    "CommissionsPage",
  ),
});

const setupRosters = createRoute({
  getParentRoute: () => setup,
  path: "/rosters",
  validateSearch: parseRostersSearch,
  component: lazyRouteComponent(
    page(() => import("@/setup/rosters/RostersPage")),
    "RostersPage",
  ),
});

const setupUsers = createRoute({
  getParentRoute: () => setup,
  path: "/users",
  validateSearch: parseUsersSearch,
  component: lazyRouteComponent(
    page(() => import("@/setup/users/UsersPage")),
    "UsersPage",
  ),
});

const setupAudit = createRoute({
  getParentRoute: () => setup,
  path: "/audit",
  validateSearch: parseAuditSearch,
  component: lazyRouteComponent(
    page(() => import("@/setup/audit/AuditPage")),
    "AuditPage",
  ),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    join,
    password,
    desk.addChildren([
      deskIndex,
      board,
      customers,
      newCustomer,
      importCustomers,
      customer,
      mergeCustomers,
      bills,
      drawer,
      reports,
      commissions,
      transfers,
      deposits,
    ]),
    me.addChildren([myDay, myLeave, myAccount, myEarnings]),
    setup.addChildren([
      setupIndex,
      guide,
      setupBranches,
      setupRooms,
      setupTreatments,
      setupTreatment,
      setupProducts,
      setupCourses,
      setupTaxes,
      setupPeople,
      setupCommissions,
      setupRosters,
      setupUsers,
      setupAudit,
      setupFile,
    ]),
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
