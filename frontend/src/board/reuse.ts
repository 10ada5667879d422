/** What a change leaves alone stays the same object, so that React draws the cards that changed and no others. Pure. */
import type { Card, Column, DayLayout } from "./layout";

/** Return a layout with the columns and cards of the one before where they are equal. */
export function reuse(before: DayLayout | undefined, layout: DayLayout): DayLayout {
  if (before === undefined) return layout;
  const columns = new Map(before.columns.map((column) => [column.id, column]));
  return {
    ...layout,
    columns: layout.columns.map((column) => reuseColumn(columns.get(column.id), column)),
    span: isEqual(before.span, layout.span) ? before.span : layout.span,
  };
}

function reuseColumn(before: Column | undefined, column: Column): Column {
  if (before === undefined) return column;
  const known = new Map(before.cards.map((card) => [card.key, card]));
  const cards = column.cards.map((card): Card => {
    const same = known.get(card.key);
    return same !== undefined && isEqual(same, card) ? same : card;
  });
  const isSame = isEqual(before.cards, cards) && withoutCards(before) === withoutCards(column);
  return isSame ? before : { ...column, cards };
}

/** Return whether all fields, or all elements, are the same. */
function isEqual<Item extends object>(first: Item, second: Item): boolean {
  const names = Object.keys(first) as (keyof Item)[];
  return names.length === Object.keys(second).length && names.every((name) => first[name] === second[name]);
}

function withoutCards(column: Column): string {
  return JSON.stringify({ ...column, cards: [] });
}
