/** One of a few decisions, each with what it does. */
export function Choose({
  label,
  options,
  value,
  onChange,
}: {
  label: string;
  options: readonly { value: string; word: string; hint: string }[];
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1 text-12 font-medium text-text-2">{label}</legend>
      {options.map((option) => (
        <label key={option.value} className="choice">
          <input
            type="radio"
            name={label}
            checked={value === option.value}
            onChange={() => onChange(option.value)}
          />
          <span>
            <span className="block font-medium">{option.word}</span>
            <span className="block text-12 text-text-2">{option.hint}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
