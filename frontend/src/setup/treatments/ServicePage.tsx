/** One treatment: what is said of it, its variants with their bars, and where it can be done. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { ChevronLeft, SearchX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { buttonClass } from "@/design/Button";
import { Failure } from "@/design/Failure";
import { Notice } from "@/design/Notice";
import { currentLanguage } from "@/i18n";
import { inLanguage } from "@/i18n/format";
import { Card, Page, PageTitle } from "../parts";
import { typesQuery } from "../rooms/data";
import { Loading } from "../states";
import { useMenu } from "./data";
import { Places } from "./Places";
import { ServiceForm } from "./ServiceForm";
import { Variants } from "./Variants";

export function ServicePage() {
  const { t } = useTranslation("setup");
  const navigate = useNavigate();
  const { serviceId } = useParams({ from: "/setup/treatments/$serviceId" });
  const { category } = useSearch({ from: "/setup/treatments/$serviceId" });
  const { data: menu, error, refetch } = useMenu();
  const { data: types = [] } = useQuery(typesQuery);
  const back = (
    <Link
      to="/setup/treatments"
      className="-ml-1 flex w-fit items-center gap-1 rounded-sm font-medium text-muted hover:text-text"
    >
      <ChevronLeft aria-hidden size={16} />
      {t("nav.treatments")}
    </Link>
  );
  if (menu === undefined) {
    return (
      <Page>{error === null ? <Loading /> : <Failure error={error} onRetry={() => void refetch()} />}</Page>
    );
  }
  if (serviceId === "new") {
    return (
      <Page>
        {back}
        <PageTitle title={t("treatments.unnamed")} />
        <Card>
          <ServiceForm
            menu={menu}
            category={category}
            onCancel={() => void navigate({ to: "/setup/treatments" })}
            onSaved={({ id }) =>
              void navigate({
                to: "/setup/treatments/$serviceId",
                params: { serviceId: id },
                search: { variant: "new" },
                replace: true,
              })
            }
          />
        </Card>
      </Page>
    );
  }
  const service = menu.services.find(({ id }) => id === serviceId);
  if (service === undefined) {
    return (
      <Notice icon={SearchX} title={t("treatments.gone")}>
        <Link to="/setup/treatments" className={buttonClass("primary")}>
          {t("nav.treatments")}
        </Link>
      </Notice>
    );
  }
  return (
    <Page>
      {back}
      <PageTitle title={inLanguage(service.name, currentLanguage())} />
      <Variants service={service} types={types} />
      <Places service={service} types={types} />
      <Card title={t("treatments.about")}>
        <ServiceForm key={service.id} menu={menu} service={service} />
      </Card>
    </Page>
  );
}
