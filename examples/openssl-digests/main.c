/* Digests, a cipher there and back, a signature: OpenSSL's libcrypto. */
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

static void print(const char *what, const unsigned char *bytes, unsigned length) {
  printf("%-8s ", what);
  for (unsigned i = 0; i < length; i++) printf("%02x", bytes[i]);
  putchar('\n');
}

static void digest(const char *name, const char *text) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  EVP_Digest(text, strlen(text), bytes, &length, EVP_get_digestbyname(name), NULL);
  print(name, bytes, length);
}

static int cipher(const char *text) {
  unsigned char key[32] = {1, 2, 3}, start[16] = {4, 5, 6}, secret[128], plain[128];
  int length = 0, rest = 0, back = 0, more = 0;
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  EVP_EncryptInit_ex(context, EVP_aes_256_cbc(), NULL, key, start);
  EVP_EncryptUpdate(context, secret, &length, (const unsigned char *)text, (int)strlen(text));
  EVP_EncryptFinal_ex(context, secret + length, &rest);
  print("AES", secret, (unsigned)(length + rest));
  EVP_DecryptInit_ex(context, EVP_aes_256_cbc(), NULL, key, start);
  EVP_DecryptUpdate(context, plain, &back, secret, length + rest);
  EVP_DecryptFinal_ex(context, plain + back, &more);
  EVP_CIPHER_CTX_free(context);
  return back + more == (int)strlen(text) && !memcmp(plain, text, strlen(text));
}

static int signature(const char *text) {
  unsigned char seed[32] = {7, 8, 9}, bytes[64];
  size_t length = sizeof bytes;
  EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof seed);
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  EVP_DigestSignInit(context, NULL, NULL, NULL, key);
  EVP_DigestSign(context, bytes, &length, (const unsigned char *)text, strlen(text));
  print("Ed25519", bytes, (unsigned)length);
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  return length == sizeof bytes;
}

int main(void) {
  const char *text = "a brick of clay from Uruk";
  digest("SHA256", text);
  digest("SHA512", text);
  digest("SHA3-256", text);
  digest("BLAKE2b512", text);
  return cipher(text) && signature(text) ? 0 : 1;
}
