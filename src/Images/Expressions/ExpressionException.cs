namespace ImageSdk.Images.Expressions;

/// <summary>An expression that is not RE2; the message says why, the caller knows where.</summary>
sealed class ExpressionException(string message, Exception? inner = null) : Exception(message, inner);
