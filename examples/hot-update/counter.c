/* Compiled as versions 1 and 2 of a counter whose value is to outlive its code. */
COUNT_TYPE hits;

long hit(void) { return hits += STEP; }
