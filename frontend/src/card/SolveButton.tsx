/** How many appointments of the whole branch cannot take place as booked. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { type BoardRead, listStrandedAppointments } from "@/api/generated";
import { Button } from "@/design/Button";

const MOST = 100;
/** Other days have their causes, too, which no event of this day tells. */
const AGAIN = 60_000;

export function useStranded(branchId: string, board: BoardRead | undefined) {
  // What changes on the day that is shown is asked for at once.
  const onBoard = board?.stranded.map(
    ({ appointment_id, problems }) => `${appointment_id}/${problems.length}`,
  );
  return useQuery({
    queryKey: ["stranded", branchId, ...(onBoard ?? [])],
    queryFn: () => call(listStrandedAppointments({ path: { branch_id: branchId }, query: { limit: MOST } })),
    enabled: board !== undefined, // the board first
    placeholderData: keepPreviousData,
    refetchInterval: AGAIN,
  });
}

interface ButtonProps {
  branchId: string;
  board: BoardRead | undefined;
  onOpen: () => void;
}

export function SolveButton({ branchId, board, onOpen }: ButtonProps) {
  const { t } = useTranslation();
  const { data } = useStranded(branchId, board);
  const count = data?.items.length ?? 0;
  if (count === 0) return null;
  return (
    <Button className="border-danger bg-danger-soft text-danger" onClick={onOpen}>
      <TriangleAlert aria-hidden size={16} />
      {t("solve.button", { count: data?.next_cursor ? `${count}+` : count })}
    </Button>
  );
}
