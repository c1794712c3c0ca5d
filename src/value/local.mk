noinst_LIBRARIES += libvalue.a
libvalue_a_SOURCES = \
	src/value/base64.c src/value/base64.h \
	src/value/bignum.c src/value/bignum.h \
	src/value/bignum_decimal.c src/value/bignum_exact.c src/value/bignum_exact.h src/value/bignum_load.h \
	src/value/cesu8.c src/value/cesu8.h \
	src/value/codec.c src/value/codec.h \
	src/value/codecs.c \
	src/value/edn.h \
	src/value/edn_collection.c \
	src/value/edn_number.c \
	src/value/edn_read.c src/value/edn_reader.h \
	src/value/edn_string.c \
	src/value/edn_syntax.c src/value/edn_syntax.h \
	src/value/edn_tag.c \
	src/value/edn_text.c src/value/edn_text.h \
	src/value/edn_token.c \
	src/value/edn_write.c \
	src/value/equal.c \
	src/value/form.c src/value/form.h \
	src/value/fressian.h \
	src/value/fressian_cache.c \
	src/value/fressian_footer.c src/value/fressian_footer.h \
	src/value/fressian_out.c src/value/fressian_out.h \
	src/value/fressian_read.c src/value/fressian_read.h \
	src/value/fressian_scalar.c \
	src/value/fressian_seen.c src/value/fressian_seen.h \
	src/value/fressian_seq.c \
	src/value/fressian_struct.c \
	src/value/fressian_text.c \
	src/value/fressian_type.c \
	src/value/fressian_write.c \
	src/value/instant.c src/value/instant.h \
	src/value/json.h \
	src/value/json_lex.c src/value/json_lex.h \
	src/value/json_read.c \
	src/value/json_write.c \
	src/value/negotiate.c src/value/negotiate.h \
	src/value/number.c src/value/number.h \
	src/value/number_format.c \
	src/value/transit.h \
	src/value/transit_cache.c src/value/transit_cache.h \
	src/value/transit_decode.c src/value/transit_decode.h \
	src/value/transit_emit_json.c \
	src/value/transit_emit_msgpack.c \
	src/value/transit_json_read.c \
	src/value/transit_msgpack_read.c \
	src/value/transit_scalar.c src/value/transit_scalar.h \
	src/value/transit_tag.c src/value/transit_tag.h \
	src/value/transit_write.c src/value/transit_write.h \
	src/value/utf8.c src/value/utf8.h \
	src/value/value.c src/value/value.h
EXTRA_DIST += docs/fressian.md
