using ImageSdk.Images.Text;

namespace ImageSdk.Images;

/// <summary>
/// The order of names with numbers in them: runs of digits compare as numbers ("img.9" before "img.10"; "1" equals
/// "01"), all else bytewise, and a prefix comes first.
/// </summary>
public sealed class VersionOrder : IComparer<string>, IComparer<ByteString>
{
    public static VersionOrder Instance { get; } = new();

    public int Compare(string? left, string? right) =>
        left is null || right is null
            ? Comparer<bool>.Default.Compare(left is not null, right is not null)
            : Compare<char>(left, right, unit => unit, Utf8Order.Weight);

    public int Compare(ByteString left, ByteString right) =>
        Compare(left.Span, right.Span, unit => (char)unit, unit => unit);

    static int Compare<T>(ReadOnlySpan<T> left, ReadOnlySpan<T> right, Func<T, char> digit, Func<T, int> weight)
    {
        while (!left.IsEmpty && !right.IsEmpty)
        {
            int order;
            if (char.IsAsciiDigit(digit(left[0])) && char.IsAsciiDigit(digit(right[0])))
                order = CompareNumbers(TakeNumber(ref left, digit), TakeNumber(ref right, digit), digit);
            else
            {
                order = weight(left[0]).CompareTo(weight(right[0]));
                left = left[1..];
                right = right[1..];
            }
            if (order != 0)
                return order;
        }
        return left.Length.CompareTo(right.Length);
    }

    static ReadOnlySpan<T> TakeNumber<T>(ref ReadOnlySpan<T> text, Func<T, char> digit)
    {
        var length = 0;
        while (length < text.Length && char.IsAsciiDigit(digit(text[length])))
            length++;
        var number = text[..length];
        text = text[length..];
        while (!number.IsEmpty && digit(number[0]) == '0')
            number = number[1..];
        return number;
    }

    static int CompareNumbers<T>(ReadOnlySpan<T> left, ReadOnlySpan<T> right, Func<T, char> digit)
    {
        if (left.Length != right.Length)
            return left.Length.CompareTo(right.Length);
        for (var index = 0; index < left.Length; index++)
        {
            var order = digit(left[index]).CompareTo(digit(right[index]));
            if (order != 0)
                return order;
        }
        return 0;
    }
}
