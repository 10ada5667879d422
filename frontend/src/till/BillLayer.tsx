/** The bill that is open over a page of the desk. */
import { deferred } from "@/app/deferred";
import { addTexts } from "@/i18n";
import { useBillAddress } from "./address";

const BillSheet = deferred(async () => {
  const [{ BillSheet }] = await Promise.all([import("./BillSheet"), addTexts("till")]);
  return BillSheet;
});

export function BillLayer() {
  const address = useBillAddress();
  if (address.bill === undefined && address.pay === undefined) return null;
  return <BillSheet address={address} onClose={address.close} />;
}
