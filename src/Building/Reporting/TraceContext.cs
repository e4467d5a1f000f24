using System.Security.Cryptography;

namespace ImageSdk.Building.Reporting;

/// <summary>The trace that a build is part of.</summary>
/// <param name="TraceId">32 hexadecimal digits.</param>
/// <param name="ParentSpanId">16 hexadecimal digits: whose part the build is; null where it begins the trace.</param>
sealed record TraceContext(string TraceId, string? ParentSpanId)
{
    /// <summary>Reads the variable TRACEPARENT of a pipeline (W3C Trace Context, section 3.2): <c>00-TRACE-SPAN-FLAGS</c>. A wrong one counts as none.</summary>
    public static TraceContext Parse(string? traceParent) =>
        traceParent?.Trim().Split('-') is [{ Length: 2 } version, { Length: 32 } trace, { Length: 16 } span, { Length: 2 }, ..]
        && version != "ff" && version.All(char.IsAsciiHexDigitLower) && IsId(trace) && IsId(span)
            ? new(trace, span)
            : new(RandomNumberGenerator.GetHexString(32, lowercase: true), null);

    public static string NewSpanId() => RandomNumberGenerator.GetHexString(16, lowercase: true);

    // An id of zeros only is none.
    static bool IsId(string text) => text.All(char.IsAsciiHexDigitLower) && text.Any(digit => digit != '0');
}
