#include "pseudonym.h"

#include <sodium.h>

#include <array>
#include <cstddef>

#include "lockstep/error.h"

namespace lockstep {
namespace {

void start_sodium() {
  if (sodium_init() < 0) throw StorageError("libsodium cannot start: no source of randomness");
}

template <std::size_t kBytes>
std::string hex(const std::array<unsigned char, kBytes>& bytes) {
  std::string text(2 * kBytes + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
  text.pop_back();
  return text;
}

const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string pseudonym(std::string_view key, std::string_view space, std::string_view text) {
  start_sodium();
  // Any length of key becomes the one that BLAKE2b takes.
  std::array<unsigned char, crypto_generichash_KEYBYTES> secret{};
  crypto_generichash(secret.data(), secret.size(), raw(key), key.size(), nullptr, 0);
  std::string message(space);
  message.push_back('\0');
  message.append(text);
  std::array<unsigned char, 16> hash{};
  crypto_generichash(hash.data(), hash.size(), raw(message), message.size(), secret.data(),
                     secret.size());
  sodium_memzero(secret.data(), secret.size());
  return hex(hash);
}

std::string random_name() {
  start_sodium();
  std::array<unsigned char, 16> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  return hex(bytes);
}

std::string sha256(std::string_view text) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), raw(text), text.size());
  return hex(hash);
}

}  // namespace lockstep
