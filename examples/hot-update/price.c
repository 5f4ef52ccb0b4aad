/* Three versions of one file: the second needs what nobody has, the third lacks what the shop uses. */
#if MISTAKE == 1
int discount(int amount);
int price(int amount) { return discount(amount) * 10; }
#elif MISTAKE == 2
int cost(int amount) { return amount * 10; }
#else
int price(int amount) { return amount * FACTOR; }
#endif
