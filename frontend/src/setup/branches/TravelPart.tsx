/** How long a therapist needs to the other branches. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call } from "@/api/client";
import { sentenceOf } from "@/api/errors";
import { type BranchRead, listBranchTravelTimes, setBranchTravelTime } from "@/api/generated";
import { lengthOf } from "@/i18n/format";
import { SelectField } from "../fields";
import { Card } from "../parts";
import { SettingsForm } from "../SettingsForm";

const MINUTES = [0, 5, 10, 15, 20, 25, 30, 40, 45, 50, 60, 75, 90, 120, 150, 180, 240, 300, 360, 480];

interface Props {
  branch: BranchRead;
  others: BranchRead[];
}

export function TravelPart({ branch, others }: Props) {
  const { t } = useTranslation("setup");
  const { t: common } = useTranslation();
  const cache = useQueryClient();
  const query = { queryKey: ["setup", "travel", branch.id] };
  const { data, error } = useQuery({
    ...query,
    queryFn: () => call(listBranchTravelTimes({ path: { branch_id: branch.id } })),
  });
  const minutes = new Map(data?.map(({ branch_id, minutes: needed }) => [branch_id, needed]));
  const saved = Object.fromEntries(others.map(({ id }) => [id, minutes.get(id) ?? 0]));
  return (
    <Card title={t("branches.part.travel")}>
      <p className="mb-4 text-muted">{t("branches.travelHint")}</p>
      {error !== null && <p className="text-danger">{sentenceOf(common, error)}</p>}
      {data !== undefined && (
        <SettingsForm
          shownBy="part"
          saved={saved}
          send={async (values, _, overrule) => {
            const changed = others.filter(({ id }) => values[id] !== saved[id]);
            try {
              for (const { id } of changed)
                await call(
                  setBranchTravelTime({
                    path: { branch_id: branch.id, other_id: id },
                    body: { minutes: values[id] ?? 0, ...overrule },
                  }),
                );
            } finally {
              // Each way is saved by itself: one that is refused leaves the others.
              await cache.invalidateQueries(query);
            }
          }}
        >
          {({ values, set }) => (
            <div className="grid gap-4 md:grid-cols-2">
              {others.map(({ id, name }) => (
                <SelectField
                  key={id}
                  label={name}
                  value={String(values[id])}
                  options={[...new Set([...MINUTES, saved[id] ?? 0])]
                    .sort((one, other) => one - other)
                    .map((count) => ({
                      value: String(count),
                      text: count === 0 ? t("branches.noTravel") : lengthOf(common, count),
                    }))}
                  onChange={(value) => set({ [id]: Number(value) })}
                />
              ))}
            </div>
          )}
        </SettingsForm>
      )}
    </Card>
  );
}
