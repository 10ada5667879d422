/** Add something to a bill: one field finds treatments, products, courses, gift cards and other guests of the day. */
import { Combobox } from "@base-ui/react/combobox";
import { CalendarClock, Flower2, Gift, Layers, type LucideIcon, Plus, ShoppingBag } from "lucide-react";
import { type KeyboardEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { BranchRead, SaleLineInput, SaleRead } from "@/api/generated";
import { FIELD, LABEL, OPTION, POPUP } from "@/booking/styles";
import { GiftCardValue } from "./GiftCardValue";
import { type Kind, type Offer, offersFor, useOffers } from "./offers";

interface Props {
  branch: BranchRead;
  bill: SaleRead | null;
  isBlocked: boolean;
  onItem: (item: SaleLineInput) => void;
  onVisit: (visitId: string) => void;
}

const ICONS: Record<Kind, LucideIcon> = {
  visit: CalendarClock,
  service: Flower2,
  addOn: Plus,
  product: ShoppingBag,
  course: Layers,
  giftCard: Gift,
};

export function AddLine({ branch, bill, isBlocked, onItem, onVisit }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const [typed, setTyped] = useState("");
  const [isGift, setGift] = useState(false);
  const { offers, isNeeded } = useOffers(branch, bill);
  const found = offersFor(offers, typed.trim());
  const choose = (offer: Offer) => {
    setTyped("");
    if (offer.kind === "visit") onVisit(offer.id);
    else if (offer.item !== null) onItem(offer.item);
    else setGift(true);
  };
  const onKeyDown = (event: KeyboardEvent & { preventBaseUIHandler?: () => void }) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) event.preventBaseUIHandler?.();
  };
  return (
    <div>
      <Combobox.Root<Offer>
        items={found}
        filter={null}
        value={null}
        inputValue={typed}
        disabled={isBlocked}
        onOpenChange={(isOpen) => isOpen && isNeeded()}
        onInputValueChange={(value, { reason }) => {
          if (reason === "input-change" || reason === "input-clear") setTyped(value);
        }}
        onValueChange={(offer) => offer !== null && choose(offer)}
        autoHighlight
        itemToStringLabel={(offer) => offer.name}
        isItemEqualToValue={(first, second) => first.id === second.id}
      >
        <label htmlFor={id} className={bill === null ? LABEL : "sr-only"}>
          {t("till.add")}
        </label>
        <div className="relative">
          <Plus aria-hidden size={16} className="absolute top-1/2 left-2.5 -translate-y-1/2 text-muted" />
          <Combobox.Input
            id={id}
            className={`${FIELD} pl-8`}
            placeholder={t("till.addHint")}
            autoComplete="off"
            spellCheck={false}
            onKeyDown={onKeyDown}
          />
        </div>
        <Combobox.Portal>
          <Combobox.Positioner sideOffset={4} className="z-50">
            <Combobox.Popup className={POPUP}>
              <Combobox.Empty className="px-2.5 py-1.5 text-muted text-sm empty:hidden">
                {typed.trim() !== "" && t("till.nothingFound", { name: typed.trim() })}
              </Combobox.Empty>
              <Combobox.List>
                {(offer: Offer) => {
                  const Icon = ICONS[offer.kind];
                  return (
                    <Combobox.Item key={offer.id} value={offer} className={OPTION}>
                      <Icon aria-hidden size={16} className="shrink-0 text-muted" />
                      <span className="min-w-0 flex-1">
                        <span className="block break-words font-medium">{offer.name}</span>
                        <span className="block text-muted text-sm">
                          {[t(`till.kind.${offer.kind}`), offer.detail].filter(Boolean).join(" · ")}
                        </span>
                      </span>
                      <span className="tabular shrink-0">{offer.price}</span>
                    </Combobox.Item>
                  );
                }}
              </Combobox.List>
            </Combobox.Popup>
          </Combobox.Positioner>
        </Combobox.Portal>
      </Combobox.Root>
      {isGift && (
        <GiftCardValue
          isBlocked={isBlocked}
          onValue={(gift_card) => {
            setGift(false);
            onItem({ gift_card });
          }}
          onBack={() => setGift(false)}
        />
      )}
    </div>
  );
}
