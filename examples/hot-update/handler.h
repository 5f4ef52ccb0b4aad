/* What a handler answers, with what its caller needs to check the answer. */
struct answer {
  int version;  /* of the code that answers */
  int at_start; /* version that a call reached while this one began */
  int at_end;   /* and when it was about to end */
  int result;   /* request * (version + 1) */
};

enum { WHICH_VERSION = -1 };

/* Answers a request; WHICH_VERSION is answered at once, with the version alone. */
struct answer handle(int request);
