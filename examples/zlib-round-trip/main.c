/* Compresses a megabyte with zlib at several levels, restores it and compares. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { SIZE = 1 << 20 };

/* Text-like data: words drawn by a small generator, so that there is something to compress. */
static void fill(unsigned char *data) {
  static const char *const words[] = {"brick ", "clay ", "river ", "wall ", "gate ", "tablet "};
  unsigned state = 1;
  size_t at = 0;
  while (at < SIZE) {
    state = state * 1103515245u + 12345u;
    const char *word = words[(state >> 16) % 6];
    size_t length = strlen(word);
    if (length > SIZE - at) {
      length = SIZE - at;
    }
    memcpy(data + at, word, length);
    at += length;
  }
}

static int round_trip(const unsigned char *data, int level) {
  uLongf packed_size = compressBound(SIZE);
  unsigned char *packed = malloc(packed_size);
  unsigned char *restored = malloc(SIZE);
  uLongf restored_size = SIZE;
  int failed = compress2(packed, &packed_size, data, SIZE, level) != Z_OK ||
               uncompress(restored, &restored_size, packed, packed_size) != Z_OK ||
               restored_size != SIZE || memcmp(data, restored, SIZE) != 0;
  printf("level %d: %d -> %lu bytes, crc %08lx, %s\n", level, SIZE, packed_size,
         crc32(0, packed, (uInt)packed_size), failed ? "DIFFERENT" : "restored");
  free(packed);
  free(restored);
  return failed;
}

int main(void) {
  unsigned char *data = malloc(SIZE);
  fill(data);
  printf("zlib %s, adler %08lx\n", zlibVersion(), adler32(1, data, SIZE));
  int failed = round_trip(data, 1) | round_trip(data, 6) | round_trip(data, 9);
  free(data);
  return failed;
}
