namespace ImageSdk.TextTemplates.Formatting;

/// <summary>What stands between "%" and the verb.</summary>
struct FormatFlags
{
    public bool Plus;
    public bool Minus;
    public bool Sharp;
    public bool Space;
    public bool Zero;

    /// <summary>"%#v": as Go source.</summary>
    public bool SourceForm;

    /// <summary>In code points; null for none.</summary>
    public int? Width;

    public int? Precision;
}
