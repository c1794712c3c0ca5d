noinst_LIBRARIES += libaccess.a
libaccess_a_SOURCES = \
	src/access/access.c src/access/access.h \
	src/access/jwk.c src/access/jwk.h \
	src/access/jwks.c src/access/jwks.h \
	src/access/jwt.c src/access/jwt.h \
	src/access/rules.c src/access/rules.h \
	src/access/tls.c src/access/tls.h \
	src/access/tokens.c src/access/tokens.h
