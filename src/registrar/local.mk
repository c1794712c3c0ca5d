noinst_LIBRARIES += libregistrar.a
libregistrar_a_SOURCES = \
	src/registrar/files.c src/registrar/files.h \
	src/registrar/record.c src/registrar/record.h \
	src/registrar/registrar.c src/registrar/registrar.h \
	src/registrar/shelf.c src/registrar/shelf.h \
	src/registrar/topic.c src/registrar/topic.h \
	src/registrar/writer.c src/registrar/writer.h
