libmaster_a_SOURCES = \
	src/master/activation.c src/master/activation.h \
	src/master/children.c src/master/children.h \
	src/master/control_client.c src/master/control_client.h \
	src/master/control_request.c src/master/control_request.h \
	src/master/control_socket.c src/master/control_socket.h \
	src/master/detach.c src/master/detach.h \
	src/master/generation.c src/master/generation.h \
	src/master/index_files.c src/master/index_files.h \
	src/master/links.c src/master/links.h \
	src/master/listen.c src/master/listen.h \
	src/master/master.c src/master/master.h \
	src/master/notify.c src/master/notify.h \
	src/master/reload.c src/master/reload.h \
	src/master/report.c src/master/report.h \
	src/master/state.c src/master/state.h \
	src/master/status.c src/master/status.h
noinst_LIBRARIES += libmaster.a
