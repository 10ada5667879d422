import lotus from "../lotus.svg";

/** The lotus, for the eye alone: the name stands beside it. */
export function Logo({ size = 28 }: { size?: number }) {
  return <img src={lotus} alt="" width={size} height={size} />;
}
