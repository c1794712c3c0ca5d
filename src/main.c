/*
 * main.c: argv -> role.
 */
int
main(void)
{
	return 0;
}
