import { render } from "preact";
import { App } from "./app";
import { watchTheme } from "./state/theme";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/parts.css";
import "./styles/views.css";

watchTheme();
const root = document.getElementById("app");
if (root) render(<App />, root);
