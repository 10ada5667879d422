interface Props {
  /** The share of the file that was sent, from 0 to 1. */
  share: number;
  sending: string;
  /** What the server does once it has all of it. */
  working: string;
}

/** The progress of an upload; then that the server works, without an end that is known. */
export function Progress({ share, sending, working }: Props) {
  const isSent = share >= 1;
  const percent = Math.round(share * 100);
  return (
    <div className="mt-4">
      <p role="status" className="mb-1.5 text-muted">
        {isSent ? working : sending}
      </p>
      <progress
        aria-label={isSent ? working : sending}
        className="h-2 w-full overflow-hidden rounded-full bg-sunken accent-accent"
        max={100}
        {...(isSent ? {} : { value: percent })}
      />
    </div>
  );
}
