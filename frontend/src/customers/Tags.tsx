/** The tags of a customer. */
export function Tags({ tags }: { tags: readonly string[] }) {
  if (tags.length === 0) return null;
  return (
    <span className="flex min-w-0 flex-wrap gap-1">
      {tags.map((tag) => (
        <span
          key={tag}
          className="max-w-40 truncate rounded-sm bg-accent-soft px-1.5 text-accent text-xs leading-5"
        >
          {tag}
        </span>
      ))}
    </span>
  );
}
