/** Doubles are whole multiples of this power of two, the smallest positive double. */
const UNIT = 1074n;
/** So many halves of mantissas (below 2^32) add up without rounding in a double. */
const ADDITIONS_BEFORE_SPILL = 1 << 20;

/** Which of a double's two 32-bit words holds sign and exponent on this machine. */
const HIGH = new Uint32Array(Float64Array.of(1).buffer)[0] === 0 ? 1 : 0;

/**
 * Adds doubles and big integers without any rounding: a small superaccumulator after Neal, "Fast exact summation using small
 * and large superaccumulators" (2015). Mantissas are collected per exponent, in two halves, and only put together at the end,
 * so the order of the values never matters.
 */
export class ExactSum {
  readonly #double = new Float64Array(1);
  readonly #words = new Uint32Array(this.#double.buffer);
  readonly #high = new Float64Array(2047);
  readonly #low = new Float64Array(2047);
  #additions = 0;
  /** In units of 2^-1074. */
  #spilled = 0n;
  #integers = 0n;

  /** `value` must be finite. */
  add(value: number): void {
    if (++this.#additions > ADDITIONS_BEFORE_SPILL) this.#spill();
    this.#double[0] = value;
    const high = this.#words[HIGH] as number;
    const exponent = (high >>> 20) & 0x7ff;
    const mantissaHigh = (high & 0xfffff) | (exponent === 0 ? 0 : 0x100000);
    const sign = high >>> 31 === 0 ? 1 : -1;
    // Subnormal numbers share the weight of the smallest normal ones.
    const slot = exponent === 0 ? 1 : exponent;
    (this.#high[slot] as number) += sign * mantissaHigh;
    (this.#low[slot] as number) += sign * (this.#words[1 - HIGH] as number);
  }

  addInteger(value: bigint): void {
    this.#integers += value;
  }

  /** The sum, which must be a whole number. */
  toInteger(): bigint {
    this.#spill();
    return this.#integers + (this.#spilled >> UNIT);
  }

  /** The double nearest to the sum, ties to even; infinite when the sum is beyond all doubles. */
  toNumber(): number {
    this.#spill();
    return nearestDouble((this.#integers << UNIT) + this.#spilled);
  }

  #spill(): void {
    for (let slot = 1; slot < this.#high.length; slot++) {
      const high = this.#high[slot] as number;
      const low = this.#low[slot] as number;
      if (high === 0 && low === 0) continue;
      this.#spilled += ((BigInt(high) << 32n) + BigInt(low)) << BigInt(slot - 1);
      this.#high[slot] = 0;
      this.#low[slot] = 0;
    }
    this.#additions = 1;
  }
}

/** `units` times 2^-1074, rounded once. */
function nearestDouble(units: bigint): number {
  const magnitude = units < 0n ? -units : units;
  const excess = bitLength(magnitude) - 64;
  let result: number;
  if (excess <= 0) {
    // BigInt to Number rounds correctly, and the scaling is exact: the result is a whole multiple of the unit.
    result = scale(Number(magnitude), -1074);
  } else {
    const top = magnitude >> BigInt(excess);
    const sticky = top << BigInt(excess) === magnitude ? 0n : 1n;
    result = scale(Number(top | sticky), excess - 1074);
  }
  return units < 0n ? -result : result;
}

/** `value` times 2^`exponent`, in steps that neither overflow nor underflow on the way. */
function scale(value: number, exponent: number): number {
  let rest = exponent;
  let scaled = value;
  while (rest < -1000) {
    scaled *= 2 ** -1000;
    rest += 1000;
  }
  while (rest > 1000 && Number.isFinite(scaled)) {
    scaled *= 2 ** 1000;
    rest -= 1000;
  }
  return scaled * 2 ** Math.min(rest, 1000);
}

function bitLength(value: bigint): number {
  if (value === 0n) return 0;
  const hex = value.toString(16);
  return hex.length * 4 - Math.clz32(Number.parseInt(hex[0] as string, 16)) + 28;
}
