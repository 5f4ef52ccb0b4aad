int price(int amount);

int bill(int apples, int pears) { return price(apples) + 2 * price(pears); }
