// The mark: a question whose answer is a chart.
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="#0f766e" />
      <path
        d="M8 21.5v-5M13.3 21.5v-9M18.7 21.5v-6.5M24 21.5v-13"
        stroke="#fff"
        strokeWidth="2.6"
        strokeLinecap="round"
      />
      <circle cx="24" cy="25.4" r="1.5" fill="#99f6e4" />
    </svg>
  );
}
