/** The catalogue: categories with their treatments, lengths and prices, and the add-ons below. */
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { ArrowUpDown, Flower2, Plus, SearchX } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAction } from "@/actions/useAction";
import { call } from "@/api/client";
import { updateAddOn, updateService, updateServiceCategory } from "@/api/generated";
import { Button, buttonClass } from "@/design/Button";
import { Failure } from "@/design/Failure";
import { Notice } from "@/design/Notice";
import { currentLanguage } from "@/i18n";
import { inLanguage } from "@/i18n/format";
import { Filter } from "../Filter";
import { Card, Page, PageTitle, Switch } from "../parts";
import { Loading } from "../states";
import { AddOnPanel } from "./AddOnPanel";
import { CategoryPanel } from "./CategoryPanel";
import { useKeepOrder, useMenu, useMenuChanged } from "./data";
import { addOnsOf, moved, type Placed, sectionsOf, soldOf } from "./menu";
import { OrderButtons } from "./OrderButtons";
import { AddOnRow, ServiceRow } from "./rows";

interface Order {
  list: "categories" | "services" | "add_ons";
  placed: Placed[];
}

/** Save the places that have changed, one after another. */
async function saveOrder({ list, placed }: Order): Promise<void> {
  for (const { id, position } of placed) {
    const body = { position };
    if (list === "categories") await call(updateServiceCategory({ path: { category_id: id }, body }));
    else if (list === "services") await call(updateService({ path: { service_id: id }, body }));
    else await call(updateAddOn({ path: { add_on_id: id }, body }));
  }
}

export function TreatmentsPage() {
  const { t } = useTranslation("setup");
  const navigate = useNavigate();
  const { category: openCategory, addOn: openAddOn, unsold } = useSearch({ from: "/setup/treatments" });
  const { data: menu, error, refetch } = useMenu();
  const keepOrder = useKeepOrder();
  const refresh = useMenuChanged();
  const { run } = useAction({ send: saveOrder, onDone: refresh });
  const [text, setText] = useState("");
  const [isArranging, setArranging] = useState(false);
  const place = (list: Order["list"], placed: Placed[]) => {
    keepOrder(list, placed);
    run({ list, placed });
  };
  const open = (panel: { category?: string; addOn?: string }) =>
    void navigate({ to: "/setup/treatments", search: { unsold, ...panel } });
  const close = () => {
    const opened = openCategory ?? openAddOn;
    void navigate({ to: "/setup/treatments", search: { unsold } }).then(() =>
      document.querySelector<HTMLElement>(`[data-opens="${opened}"]`)?.focus(),
    );
  };
  // What is put in order is all there is: places between hidden ones would not be seen.
  const shown = isArranging ? "" : text;
  const showsUnsold = isArranging || unsold === true;
  const language = currentLanguage();
  const sections = menu && sectionsOf(menu, shown, showsUnsold);
  const addOns = menu && addOnsOf(menu, shown, showsUnsold);
  return (
    <div className="flex min-h-0 flex-1">
      <Page>
        <PageTitle
          title={t("nav.treatments")}
          hint={
            menu &&
            t("treatments.summary", {
              services: soldOf(menu.services).length,
              addOns: soldOf(menu.add_ons).length,
            })
          }
        >
          {menu !== undefined && menu.categories.length > 0 && (
            <Link
              to="/setup/treatments/$serviceId"
              params={{ serviceId: "new" }}
              className={`${buttonClass("primary")} pointer-coarse:h-11`}
            >
              <Plus aria-hidden size={16} />
              {t("treatments.add")}
            </Link>
          )}
        </PageTitle>
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <Filter label={t("treatments.search")} text={shown} onText={setText} />
          <Switch
            label={t("treatments.showUnsold")}
            isOn={showsUnsold}
            onChange={(isOn) =>
              void navigate({ to: "/setup/treatments", search: { unsold: isOn || undefined }, replace: true })
            }
          />
          <span className="ml-auto flex gap-2">
            <Button
              aria-pressed={isArranging}
              className="aria-pressed:border-accent aria-pressed:bg-accent-soft pointer-coarse:h-11"
              onClick={() => setArranging(!isArranging)}
            >
              <ArrowUpDown aria-hidden size={16} />
              {t("treatments.arrange")}
            </Button>
            <Button
              data-opens="new"
              className="pointer-coarse:h-11"
              onClick={() => open({ category: "new" })}
            >
              <Plus aria-hidden size={16} />
              {t("treatments.addCategory")}
            </Button>
          </span>
        </div>
        {menu === undefined && error !== null && <Failure error={error} onRetry={() => void refetch()} />}
        {menu === undefined && error === null && <Loading />}
        {menu?.categories.length === 0 && (
          <Notice icon={Flower2} title={t("overview.noTreatment")} hint={t("treatments.emptyHint")}>
            <Button kind="primary" onClick={() => open({ category: "new" })}>
              {t("treatments.addCategory")}
            </Button>
          </Notice>
        )}
        {shown !== "" && sections?.length === 0 && addOns?.length === 0 && (
          <Notice icon={SearchX} title={t("treatments.nothing", { text: shown })} />
        )}
        {sections?.map(({ category, services }, index) => {
          const name = inLanguage(category.name, language);
          return (
            <Card
              key={category.id}
              title={name}
              aside={
                <span className="flex items-center">
                  {isArranging && (
                    <OrderButtons
                      name={name}
                      isFirst={index === 0}
                      isLast={index === sections.length - 1}
                      onMove={(by) => place("categories", moved(menu?.categories ?? [], category.id, by))}
                    />
                  )}
                  <Button
                    kind="quiet"
                    className="text-muted"
                    data-opens={category.id}
                    aria-label={t("treatments.rename", { name })}
                    onClick={() => open({ category: category.id })}
                  >
                    {t("edit")}
                  </Button>
                  <Link
                    to="/setup/treatments/$serviceId"
                    params={{ serviceId: "new" }}
                    search={{ category: category.id }}
                    className={`${buttonClass("quiet", "icon")} text-muted`}
                    aria-label={t("treatments.addTo", { name })}
                  >
                    <Plus aria-hidden size={16} />
                  </Link>
                </span>
              }
            >
              {services.length === 0 && <p className="text-muted">{t("treatments.emptyCategory")}</p>}
              <ul className="-my-2 flex flex-col divide-y divide-line">
                {services.map((service, place_) => (
                  <li key={service.id} className="flex items-center gap-2">
                    <ServiceRow service={service} />
                    {isArranging && (
                      <OrderButtons
                        name={inLanguage(service.name, language)}
                        isFirst={place_ === 0}
                        isLast={place_ === services.length - 1}
                        onMove={(by) => place("services", moved(services, service.id, by))}
                      />
                    )}
                  </li>
                ))}
              </ul>
            </Card>
          );
        })}
        {addOns !== undefined && (shown === "" || addOns.length > 0) && menu?.categories.length !== 0 && (
          <Card
            title={t("kind.add_on")}
            aside={
              <Button kind="quiet" className="text-muted" onClick={() => open({ addOn: "new" })}>
                <Plus aria-hidden size={16} />
                {t("treatments.addAddOn")}
              </Button>
            }
          >
            {addOns.length === 0 && <p className="text-muted">{t("treatments.noAddOn")}</p>}
            <ul className="-my-2 flex flex-col divide-y divide-line">
              {addOns.map((addOn, index) => (
                <li key={addOn.id} className="flex items-center gap-2">
                  <AddOnRow
                    addOn={addOn}
                    services={menu?.services ?? []}
                    onOpen={() => open({ addOn: addOn.id })}
                  />
                  {isArranging && (
                    <OrderButtons
                      name={inLanguage(addOn.name, language)}
                      isFirst={index === 0}
                      isLast={index === addOns.length - 1}
                      onMove={(by) => place("add_ons", moved(addOns, addOn.id, by))}
                    />
                  )}
                </li>
              ))}
            </ul>
          </Card>
        )}
      </Page>
      {menu !== undefined && openCategory !== undefined && (
        <CategoryPanel key={openCategory} id={openCategory} menu={menu} onClose={close} />
      )}
      {menu !== undefined && openAddOn !== undefined && openCategory === undefined && (
        <AddOnPanel key={openAddOn} id={openAddOn} menu={menu} onClose={close} />
      )}
    </div>
  );
}
