/*
 * check_admin.c: http.admin from the configuration through the master's
 * sockets to the routes: what tells how the service is has listeners of its own.
 */
#include "worker_client.h"

#include "master/listen.h"
#include "util/log.h"

static struct sockaddr_in clients;

/* The next dial() goes to the listeners of http.admin, or to those of the clients. */
static void
go_to(bool admin)
{
	f.addr = admin ? f.admin_addr : clients;
}

static void
start_admin(void)
{
	start();
	fake_admin(&f);
	clients = f.addr;
}

static int
get(const char *head)
{
	dial();
	ask(head, "");
	return answer();
}

static const struct {
	const char	*head;
	int		 clients, admin;
} rows[] = {
	{ "GET /health\n", 404, 200 },
	{ "HEAD /health\n", 404, 200 },
	{ "GET /ready\n", 404, 200 },
	{ "POST /health\n", 404, 405 },
	{ "GET /\n", 200, 404 },
	{ "GET /commands\n", 503, 404 },
	{ "GET /commands/x\n", 400, 404 },
	{ "OPTIONS /commands\n", 204, 404 },
};

START_TEST(each_kind_of_listener_has_its_routes)
{
	fake_start(&f);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		go_to(false);
		ck_assert_msg(get(rows[i].head) == rows[i].clients, "%s: %s", rows[i].head, c.got);
		go_to(true);
		ck_assert_msg(get(rows[i].head) == rows[i].admin, "%s: %s", rows[i].head, c.got);
	}
	ck_assert_int_eq(post(POST), 404);
	ck_assert(has("http.admin"));
	go_to(false);
	ck_assert_int_eq(post(POST), 202);
	/* The page tells of what is there. */
	ck_assert_int_eq(get("GET /\n"), 200);
	ck_assert(has("/commands"));
	ck_assert(!has("/health"));
}
END_TEST

START_TEST(clients_do_not_take_the_operators_connections)
{
	int64_t until = clock_ms() + PATIENCE_MS;
	int taken[2];

	set("http.max_connections", "2");
	fake_start(&f);
	for (int i = 0; i < 2; i++) {
		taken[i] = socket(AF_INET, SOCK_STREAM, 0);
		ck_assert_int_eq(connect(taken[i], (struct sockaddr *)&f.addr, sizeof(f.addr)), 0);
	}
	while (gauge(COUNT_http_open) < 2 && clock_ms() < until)
		spin();
	go_to(true);
	ck_assert_int_eq(get("GET /health\n"), 200);
	/* One more client is served once one of the two has gone. */
	go_to(false);
	dial();
	ask("GET /\n", "");
	for (int i = 0; i < 100; i++)
		spin();
	ck_assert_uint_eq(c.len, 0);
	close(taken[0]);
	ck_assert_int_eq(answer(), 200);
	close(taken[1]);
}
END_TEST

START_TEST(without_the_key_all_is_in_one_place)
{
	fake_start(&f);
	ck_assert_int_eq(get("GET /health\n"), 200);
	ck_assert_int_eq(get("GET /ready\n"), 200);
	ck_assert_int_eq(get("GET /\n"), 200);
	ck_assert(has("/health"));
}
END_TEST

START_TEST(an_address_is_in_one_list)
{
	struct config_error err;
	struct config config;
	char path[] = "/tmp/check_admin.XXXXXX";
	FILE *file;

	unsetenv("PORT");
	ck_assert_ptr_nonnull(file = fdopen(mkstemp(path), "w"));
	fputs("auth: none\nhttp:\n  listen: [ 3000, 'unix:/run/x' ]\n  admin: [ 9000, 127.0.0.1:3000 ]\n", file);
	fflush(file);
	ck_assert_int_eq(config_load(&config, path, &err), -1);
	ck_assert_int_eq(err.line, 4);
	ck_assert_ptr_nonnull(strstr(err.text, "http.admin: expected an address that http.listen does not "
	    "have; found \"127.0.0.1:3000\", and \"3000\" in http.listen"));
	setenv("PORT", "9000", 1);
	ck_assert_int_eq(config_load(&config, path, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "environment variable PORT: http.admin"));
	/* PORT touches http.listen alone. */
	setenv("PORT", "3001", 1);
	ck_assert_msg(config_load(&config, path, &err) == 0, "%s", err.text);
	ck_assert_str_eq(config.http.listen.item[0], "3001");
	ck_assert_str_eq(config.http.admin.item[0], "9000");
	config_free(&config);
	unsetenv("PORT");
	fclose(file);
	unlink(path);
}
END_TEST

static struct master m;
static struct config config;
static char directory[] = "/tmp/check_admin.XXXXXX";

static void
start_master(void)
{
	log_level(0);
	TAILQ_INIT(&m.listeners);
	config_defaults(&config);
	ck_assert_ptr_nonnull(mkdtemp(directory));
}

static void
stop_master(void)
{
	listen_close_all(&m);
	config_free(&config);
	rmdir(directory);
}

/* A generation that listens at the sockets called so; admin NULL: none. */
static void
begin(unsigned generation, const char *listen_at, const char *admin)
{
	struct config_error err;
	char text[64], why[256];

	snprintf(text, sizeof(text), "unix:%s/%s", directory, listen_at);
	ck_assert_int_eq(config_set(&config, "http.listen", text, &err), 0);
	if (admin != NULL) {
		snprintf(text, sizeof(text), "unix:%s/%s", directory, admin);
		ck_assert_int_eq(config_set(&config, "http.admin", text, &err), 0);
	}
	ck_assert_msg(listen_bind(&m, &config, generation, why, sizeof(why)) == 0, "%s", why);
}

static const struct listener *
called(const char *name)
{
	struct listener *l;

	TAILQ_FOREACH(l, &m.listeners, entry)
		if (strcmp(strrchr(l->text, '/') + 1, name) == 0)
			return l;
	return NULL;
}

START_TEST(an_address_moves_from_one_list_to_the_other)
{
	int fd;

	begin(1, "a", "b");
	ck_assert_int_eq(called("a")->use[1], LISTENER_CLIENTS);
	ck_assert_int_eq(called("b")->use[1], LISTENER_ADMIN);
	ck_assert_int_eq(called("b")->use[0], LISTENER_NONE);
	fd = called("b")->fd;
	begin(2, "b", "a");
	ck_assert_int_eq(called("b")->fd, fd);
	ck_assert_int_eq(called("b")->use[1], LISTENER_ADMIN);
	ck_assert_int_eq(called("b")->use[0], LISTENER_CLIENTS);
	/* Given up: the former generation has what it had. */
	listen_withdraw(&m, 2);
	ck_assert_int_eq(called("b")->use[0], LISTENER_NONE);
	ck_assert_int_eq(called("b")->use[1], LISTENER_ADMIN);
	ck_assert_int_eq(called("a")->use[1], LISTENER_CLIENTS);
	/* And one that succeeds. */
	begin(2, "b", "c");
	listen_close_unused(&m, 2);
	ck_assert_ptr_null(called("a"));
	ck_assert_int_eq(called("b")->use[0], LISTENER_CLIENTS);
	ck_assert_int_eq(called("b")->use[1], LISTENER_NONE);
	ck_assert_int_eq(called("c")->use[0], LISTENER_ADMIN);
}
END_TEST

START_TEST(what_cannot_be_bound_is_told_by_its_key)
{
	struct config_error err;
	char why[256] = "";

	begin(1, "a", NULL);
	ck_assert_int_eq(config_set(&config, "http.admin", "unix:/nonexistent/x", &err), 0);
	ck_assert_int_eq(listen_bind(&m, &config, 2, why, sizeof(why)), -1);
	ck_assert_ptr_nonnull(strstr(why, "http.admin: cannot listen on unix:/nonexistent/x: No such file"));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("admin");
	TCase *w = tcase_create("worker"), *o = tcase_create("one list"), *l = tcase_create("master");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(w, start_admin, stop);
	tcase_add_test(w, each_kind_of_listener_has_its_routes);
	tcase_add_test(w, clients_do_not_take_the_operators_connections);
	tcase_add_checked_fixture(o, start, stop);
	tcase_add_test(o, without_the_key_all_is_in_one_place);
	tcase_add_checked_fixture(l, start_master, stop_master);
	tcase_add_test(l, an_address_is_in_one_list);
	tcase_add_test(l, an_address_moves_from_one_list_to_the_other);
	tcase_add_test(l, what_cannot_be_bound_is_told_by_its_key);
	suite_add_tcase(s, w);
	suite_add_tcase(s, o);
	suite_add_tcase(s, l);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
