using System.Text.Json;

namespace ImageSdk.ImageBuilder.Requests;

/// <summary>Reads requests: those of the REST interface, and those that come as messages, which may be of the later form.</summary>
sealed class RequestReader(RequestRules rules)
{
    /// <summary>Entries of a list.</summary>
    const int MaximumEntries = 1000;

    /// <summary>Reads a body of the REST interface.</summary>
    public ReadRequest Read(JsonElement body)
    {
        var form = new Form(body, "");
        if (!form.IsObject)
            return new(null, [new("", $"found {form.Kind}; expected an object")], []);
        var baseImage = form.Object("base_image");
        var request = new BuildImageRequest(
            form.Text("ticket_id", rules.CheckTicket, takesNumbers: true),
            new(baseImage.Text("image_type", rules.CheckType), UrlList(baseImage), baseImage.Text("series", rules.CheckSeries)),
            form.Texts("ppa_list", rules.CheckPpa),
            form.Texts("package_list", rules.CheckPackage),
            form.OptionalText("progress_trigger", rules.CheckExchange, isRequired: true) ?? "",
            form.OptionalText("cancel_url", rules.CheckCancelUrl));
        return Result(request, form, baseImage);
    }

    /// <summary>Reads one request of a message: of the same form, or of the later one, which has image, series and trigger at its top.</summary>
    public ReadRequest ReadMessage(JsonElement body)
    {
        var form = new Form(body, "");
        if (!form.IsObject || form.Has("base_image"))
            return Read(body);
        var request = new BuildImageRequest(
            form.OptionalText("ticket_id", rules.CheckTicket, takesNumbers: true) ?? "",
            new(form.OptionalText("image_type", rules.CheckType) ?? "cloud", [form.Text("image", rules.CheckImageUrl)], form.Text("series", rules.CheckSeries)),
            form.Texts("ppa_list", rules.CheckPpa),
            form.Texts("package_list", rules.CheckPackage),
            form.OptionalText("trigger", rules.CheckExchange) ?? "",
            form.OptionalText("cancel_url", rules.CheckCancelUrl));
        return Result(request, form);
    }

    IReadOnlyList<string> UrlList(Form form)
    {
        var list = form.Texts("url_list", rules.CheckImageUrl);
        if (!form.IsObject || form.Faults.Any(fault => fault.Field.Contains("url_list", StringComparison.Ordinal)))
            return list;
        var sums = list.Count(url => BaseImageRequest.IsChecksums(new(url)));
        if (list.Count - sums != 1 || sums > 1)
            form.Add("url_list", $"found {list.Count - sums} images and {sums} lists of sums; expected one image, and SHA256SUMS or SHA512SUMS beside it where it is to be checked");
        return list;
    }

    static ReadRequest Result(BuildImageRequest request, params Form[] forms)
    {
        var faults = forms.SelectMany(form => form.Faults).DistinctBy(fault => fault.Field).ToList();
        return new(faults.Count == 0 ? request : null, faults, [.. forms.SelectMany(form => form.Ignored)]);
    }

    /// <summary>Reads members of an object and notes what is wrong with them.</summary>
    sealed class Form(JsonElement element, string path)
    {
        readonly HashSet<string> known = new(StringComparer.Ordinal);

        public List<FieldFault> Faults { get; } = [];

        public bool IsObject => element.ValueKind == JsonValueKind.Object;

        public string Kind => Describe(element);

        public IEnumerable<string> Ignored => IsObject ? element.EnumerateObject().Select(member => member.Name).Where(name => !known.Contains(name)).Select(PathOf) : [];

        public bool Has(string name) => element.TryGetProperty(name, out _);

        public void Add(string name, string message) => Faults.Add(new(PathOf(name), message));

        public Form Object(string name)
        {
            var found = Find(name);
            if (found is null)
                Add(name, "it is missing; expected an object");
            else if (found.Value.ValueKind != JsonValueKind.Object)
                Add(name, $"found {Describe(found.Value)}; expected an object");
            else
                return new(found.Value, PathOf(name));
            // What is missing in it is no news then.
            var empty = new Form(default, PathOf(name));
            empty.Faults.AddRange(Faults);
            return empty;
        }

        public string Text(string name, Func<string, string?> check, bool takesNumbers = false)
        {
            if (!IsObject)
                return "";
            if (OptionalText(name, check, takesNumbers, isRequired: true) is { } text)
                return text;
            if (Faults.All(fault => fault.Field != PathOf(name)))
                Add(name, "found null; expected a text");
            return "";
        }

        /// <summary>Null where there is none or it is null.</summary>
        public string? OptionalText(string name, Func<string, string?> check, bool takesNumbers = false, bool isRequired = false)
        {
            if (Find(name) is not { } found)
            {
                if (isRequired)
                    Add(name, "it is missing; expected a text");
                return null;
            }
            if (found.ValueKind == JsonValueKind.Null)
                return null;
            if (found.ValueKind != JsonValueKind.String && !(takesNumbers && found.ValueKind == JsonValueKind.Number))
            {
                Add(name, $"found {Describe(found)}; expected a text");
                return null;
            }
            var text = found.ValueKind == JsonValueKind.String ? found.GetString()! : found.GetRawText();
            if (check(text) is not { } wrong)
                return text;
            Add(name, wrong);
            return null;
        }

        public IReadOnlyList<string> Texts(string name, Func<string, string?> check)
        {
            if (!IsObject)
                return [];
            if (Find(name) is not { } found)
            {
                Add(name, "it is missing; expected a list of texts");
                return [];
            }
            if (found.ValueKind != JsonValueKind.Array || found.GetArrayLength() > MaximumEntries)
            {
                Add(name, found.ValueKind == JsonValueKind.Array ? $"found {found.GetArrayLength()} entries; expected {MaximumEntries} at most" : $"found {Describe(found)}; expected a list of texts");
                return [];
            }
            var texts = new List<string>();
            foreach (var (index, entry) in found.EnumerateArray().Index())
            {
                var wrong = entry.ValueKind == JsonValueKind.String ? check(entry.GetString()!) : $"found {Describe(entry)}; expected a text";
                if (wrong is not null)
                    Add($"{name}[{index}]", wrong);
                else
                    texts.Add(entry.GetString()!);
            }
            return texts;
        }

        JsonElement? Find(string name)
        {
            known.Add(name);
            return IsObject && element.TryGetProperty(name, out var found) ? found : null;
        }

        string PathOf(string name) => path.Length > 0 ? $"{path}.{name}" : name;

        static string Describe(JsonElement found) => found.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            JsonValueKind.String => "a text",
            JsonValueKind.Number => "a number",
            JsonValueKind.True or JsonValueKind.False => "true or false",
            JsonValueKind.Null => "null",
            _ => "nothing",
        };
    }
}
