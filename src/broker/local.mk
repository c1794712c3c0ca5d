noinst_LIBRARIES += libbroker.a
libbroker_a_SOURCES = src/broker/broker.c src/broker/broker.h
