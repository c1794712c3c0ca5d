/*
 * guard_chars.h: which characters may stand where in a request's head
 * (RFC 9110 5.6.2, 5.5; RFC 9112 3.2).
 */
#ifndef WORKER_GUARD_CHARS_H
#define WORKER_GUARD_CHARS_H

#include <stdint.h>

#define CHAR_TOKEN	0x01	/* tchar */
#define CHAR_VALUE	0x02	/* field value: visible, SP, HTAB, obs-text */
#define CHAR_TARGET	0x04	/* request target: visible ASCII but "#" */
#define CHAR_HOST	0x08	/* uri-host and port */

extern const uint8_t guard_chars[256];

#endif
