noinst_LIBRARIES += libcommand.a
libcommand_a_SOURCES = \
	src/command/action.c src/command/action.h \
	src/command/command.c src/command/command.h \
	src/command/event.c src/command/event.h
