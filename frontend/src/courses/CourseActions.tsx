/** What can be done with a course: later to its end, to another customer, back for money. */
import { Menu } from "@base-ui/react/menu";
import { ArrowRightLeft, CalendarPlus, Ellipsis, Undo2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CustomerCourseRead, CustomerRead } from "@/api/generated";
import { Button, buttonClass } from "@/design/Button";
import { useWorksAtDesk } from "@/shell/branches";
import { MENU_ITEM, MENU_POPUP } from "@/shell/menu";
import { ExtendDialog } from "./ExtendDialog";
import { ReturnDialog } from "./ReturnDialog";
import { TransferDialog } from "./TransferDialog";

type Asked = "extend" | "transfer" | "return";

export function CourseActions({ course, customer }: { course: CustomerCourseRead; customer: CustomerRead }) {
  const { t } = useTranslation();
  const isDesk = useWorksAtDesk(course.branch_id);
  const [asked, setAsked] = useState<Asked | null>(null);
  const canExtend = course.expires_on !== null && course.free + course.reserved + course.expired > 0;
  const hasFree = course.free > 0;
  if (!isDesk || !(canExtend || hasFree)) return null;
  const close = () => setAsked(null);
  return (
    <>
      {canExtend && (
        <Button className="ml-auto pointer-coarse:h-11" onClick={() => setAsked("extend")}>
          <CalendarPlus aria-hidden size={16} />
          {t("courses.extend.action")}
        </Button>
      )}
      {hasFree && (
        <Menu.Root>
          <Menu.Trigger
            className={`${buttonClass("plain", "icon")} pointer-coarse:size-11 ${canExtend ? "" : "ml-auto"}`}
            aria-label={t("courses.more")}
          >
            <Ellipsis aria-hidden size={18} />
          </Menu.Trigger>
          <Menu.Portal>
            <Menu.Positioner align="end" sideOffset={6} className="z-50">
              <Menu.Popup className={MENU_POPUP}>
                <Menu.Item className={MENU_ITEM} onClick={() => setAsked("transfer")}>
                  <ArrowRightLeft aria-hidden size={16} />
                  {t("courses.transfer.action")}
                </Menu.Item>
                <Menu.Item className={MENU_ITEM} onClick={() => setAsked("return")}>
                  <Undo2 aria-hidden size={16} />
                  {t("courses.return.action")}
                </Menu.Item>
              </Menu.Popup>
            </Menu.Positioner>
          </Menu.Portal>
        </Menu.Root>
      )}
      {asked === "extend" && <ExtendDialog course={course} onClose={close} />}
      {asked === "transfer" && <TransferDialog course={course} customer={customer} onClose={close} />}
      {asked === "return" && <ReturnDialog course={course} customer={customer} onClose={close} />}
    </>
  );
}
