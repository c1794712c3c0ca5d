noinst_LIBRARIES += libvalue.a
libvalue_a_SOURCES = \
	src/value/base64.c src/value/base64.h \
	src/value/bignum.c src/value/bignum.h \
	src/value/bignum_decimal.c \
	src/value/codec.c src/value/codec.h \
	src/value/edn.h \
	src/value/equal.c \
	src/value/form.h \
	src/value/fressian.h \
	src/value/instant.c src/value/instant.h \
	src/value/json.h \
	src/value/number.c src/value/number.h \
	src/value/number_format.c \
	src/value/transit.h \
	src/value/utf8.c src/value/utf8.h \
	src/value/value.c src/value/value.h
