//! Each refusal of Lambda has its code, exit status and advice.

use crate::support::cli::invoke;

#[test]
fn every_refusal_has_its_code_and_exit_status() {
    for (function, status, code, exit) in [
        ("nosuch", 404, "NOT_FOUND: ResourceNotFoundException: ", 254),
        (
            "error-InvalidParameterValueException",
            400,
            "BAD_REQUEST: InvalidParameterValueException: ",
            254,
        ),
        (
            "error-InvalidRequestContentException",
            400,
            "INVALID_REQUEST: InvalidRequestContentException: ",
            254,
        ),
        (
            "error-ServiceQuotaExceededException",
            402,
            "UNKNOWN_ERROR: ServiceQuotaExceededException: ",
            254,
        ),
        (
            "error-AccessDeniedException",
            403,
            "FORBIDDEN: AccessDeniedException: ",
            254,
        ),
        (
            "error-ExpiredTokenException",
            403,
            "FORBIDDEN: ExpiredTokenException: ",
            254,
        ),
        (
            "error-EFSMountFailureException",
            403,
            "FORBIDDEN: EFSMountFailureException: ",
            75,
        ),
        (
            "error-SnapStartTimeoutException",
            408,
            "REQUEST_TIMEOUT: SnapStartTimeoutException: ",
            75,
        ),
        (
            "error-ResourceConflictException",
            409,
            "CONFLICT: ResourceConflictException: ",
            75,
        ),
        (
            "error-DurableExecutionAlreadyStartedException",
            409,
            "CONFLICT: ",
            254,
        ),
        ("error-EFSIOException", 410, "GONE: EFSIOException: ", 254),
        (
            "error-RequestTooLargeException",
            413,
            "REQUEST_TOO_LARGE: RequestTooLargeException: ",
            254,
        ),
        (
            "error-UnsupportedMediaTypeException",
            415,
            "UNKNOWN_ERROR: UnsupportedMediaTypeException: ",
            254,
        ),
        (
            "error-TooManyRequestsException",
            429,
            "TOO_MANY_REQUESTS: TooManyRequestsException (Reserved",
            75,
        ),
        (
            "error-ServiceException",
            500,
            "SERVICE_ERROR: ServiceException: ",
            255,
        ),
        (
            "error-EC2ThrottledException",
            502,
            "SERVICE_ERROR: EC2ThrottledException: ",
            75,
        ),
        (
            "error-SubnetIPAddressLimitReachedException",
            502,
            "SERVICE_ERROR: SubnetIPAddressLimitReachedException: ",
            75,
        ),
        (
            "error-KMSAccessDeniedException",
            502,
            "SERVICE_ERROR: KMSAccessDeniedException: ",
            254,
        ),
        (
            "error-InvalidZipFileException",
            502,
            "SERVICE_ERROR: InvalidZipFileException: ",
            254,
        ),
        (
            "status-400",
            400,
            "BAD_REQUEST: HTTP 400: <html>status 400</html>",
            254,
        ),
        ("status-401", 401, "UNAUTHORIZED: HTTP 401", 254),
        ("status-405", 405, "METHOD_NOT_ALLOWED: HTTP 405", 254),
        ("status-406", 406, "NOT_ACCEPTABLE: HTTP 406", 254),
        ("status-422", 422, "UNPROCESSABLE_ENTITY: HTTP 422", 254),
        ("status-423", 423, "LOCKED: HTTP 423", 254),
        ("status-424", 424, "FAILED_DEPENDENCY: HTTP 424", 254),
        ("status-429", 429, "TOO_MANY_REQUESTS: HTTP 429", 75),
        ("status-500", 500, "INTERNAL_SERVER_ERROR: HTTP 500", 255),
        ("status-501", 501, "NOT_IMPLEMENTED: HTTP 501", 255),
        ("status-502", 502, "BAD_GATEWAY: HTTP 502", 255),
        ("status-503", 503, "SERVICE_UNAVAILABLE: HTTP 503", 255),
        ("status-504", 504, "GATEWAY_TIMEOUT: HTTP 504", 255),
        ("status-307", 307, "UNKNOWN_ERROR: HTTP 307", 255),
    ] {
        let run = invoke(&[function, "-o", "detail", "--max-attempts", "1"]).exits_with(exit);
        let outputs = run.outputs();
        assert_eq!(outputs["lambdaStatus"], status, "{}", run.told());
        let error = outputs["lambdaError"].as_str().unwrap();
        assert!(error.starts_with(code), "{}", run.told());
        assert!(
            error.contains(&format!(
                "(request id {})",
                outputs["requestId"].as_str().unwrap()
            )),
            "{}",
            run.told()
        );
        assert!(error.contains("; "), "what to do is not told: {error}");
        assert_eq!(outputs["mayHaveRun"], exit == 255, "{}", run.told());
        assert!(outputs["lambdaPayload"].is_null());
        assert_eq!(
            invoke(&[function, "-o", "payload", "--max-attempts", "1"])
                .exits_with(exit)
                .stdout(),
            b""
        );
    }
}

#[test]
fn a_throttle_tells_its_reason_and_how_long_to_wait() {
    let outputs = invoke(&[
        "error-TooManyRequestsException",
        "-o",
        "detail",
        "--max-attempts",
        "1",
    ])
    .exits_with(75)
    .outputs();
    assert_eq!(
        outputs["reason"],
        "ReservedFunctionConcurrentInvocationLimitExceeded"
    );
    assert_eq!(outputs["retryAfterSeconds"], 3);
}
