/*
 * guard_chars.c: the table of guard_chars.h, one entry a character.
 */
#include "worker/guard_chars.h"

#define V	CHAR_VALUE
#define G	(CHAR_VALUE | CHAR_TARGET)			/* visible, nothing else */
#define T	(CHAR_VALUE | CHAR_TARGET | CHAR_TOKEN)
#define H	(CHAR_VALUE | CHAR_TARGET | CHAR_HOST)
#define A	(CHAR_VALUE | CHAR_TARGET | CHAR_TOKEN | CHAR_HOST)
#define N	(CHAR_VALUE | CHAR_TOKEN)			/* # */

const uint8_t guard_chars[256] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, V, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
/*	SP !  "  #  $  %  &  '  (  )  *  +  ,  -  .  / */
	V, A, G, N, A, A, A, A, H, H, A, A, H, A, A, G,
/*	0  1  2  3  4  5  6  7  8  9  :  ;  <  =  >  ? */
	A, A, A, A, A, A, A, A, A, A, H, H, G, H, G, G,
/*	@  A … */
	G, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A,
/*	P …                              [  \  ]  ^  _ */
	A, A, A, A, A, A, A, A, A, A, A, H, G, H, T, A,
/*	`  a … */
	T, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A,
/*	p …                              {  |  }  ~  DEL */
	A, A, A, A, A, A, A, A, A, A, A, G, T, G, A, 0,
	V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, V,
	V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, V,
	V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, V,
	V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, V,
	V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, V,
	V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, V,
	V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, V,
	V, V, V, V, V, V, V, V, V, V, V, V, V, V, V, V,
};
