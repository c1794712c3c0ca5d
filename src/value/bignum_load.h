/*
 * bignum_load.h: values as libcrypto's BIGNUMs, for the bignum files alone.
 */
#ifndef VALUE_BIGNUM_LOAD_H
#define VALUE_BIGNUM_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/bn.h>

#include "value/value.h"

/* libcrypto fails only for want of memory: end the process then. */
void	 bignum_must(bool ok);
/* The BIGNUM of two's complement bytes, the caller's. */
BIGNUM	*bignum_load(const uint8_t *bytes, size_t len);
/* The same of a BIGINT, an INT or a BYTE. */
BIGNUM	*bignum_load_value(const struct value *v);

#endif
